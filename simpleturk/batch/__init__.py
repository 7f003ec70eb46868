"""What a batch is and does: properties + template + inputs → questions → HITs → ids file → results → review.

No terminal, no Typer, no boto3: modules here are handed a client, and return, yield or raise.
"""
