"""What a developer can mend: shown as a sentence, never with a trace. Anything else that is raised is our own bug."""


class WrongUse(Exception):
    """The command or the project's own files ask for something impossible. ``problems`` are whole sentences; exit 2."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
