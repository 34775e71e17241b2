"""Real programs that run on this machine for a while: started here for the demo, the benchmarks and the tests."""
