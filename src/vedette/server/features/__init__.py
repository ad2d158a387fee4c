"""What is built on the signals: one folder a feature, named as in the web app."""
