"""What a batch is and does: properties + template + inputs → questions → HITs → ids file → results → review.

No terminal, no Typer, no boto3: functions take a client as an argument, and return, yield or raise.
"""
