"""What all others stand on: how what users give is read and checked, and how they are answered."""
