"""HIT ids → assignments → result records, as JSON Lines or CSV."""
