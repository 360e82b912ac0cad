"""Screens that lie over the views: one event, its replay, export, help, prompts."""
