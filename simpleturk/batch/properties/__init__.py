"""The properties of a batch: title, reward, who may work on it."""
