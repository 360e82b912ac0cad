"""This bundle beside another one: what a fix changed."""
