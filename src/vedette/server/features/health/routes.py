"""Routes of the health feature."""

from fastapi import APIRouter

router = APIRouter(tags=["health"])
