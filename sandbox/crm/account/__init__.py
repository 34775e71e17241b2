"""The account itself: its data, its people, its pipelines, its widgets."""
