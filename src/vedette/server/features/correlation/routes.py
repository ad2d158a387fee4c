"""Routes of the correlation feature."""

from fastapi import APIRouter

router = APIRouter(tags=["correlation"])
