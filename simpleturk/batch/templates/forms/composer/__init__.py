"""Directories of FormComposer, a part of Mephisto: files of JSON and HTML → the pages of their forms."""
