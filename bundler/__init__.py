"""Renders, checks and zips Kommo widgets. Entered through ``build.py``; knows neither backend nor sandbox."""
