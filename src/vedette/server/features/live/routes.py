"""Routes of the live feature."""

from fastapi import APIRouter

router = APIRouter(tags=["live"])
