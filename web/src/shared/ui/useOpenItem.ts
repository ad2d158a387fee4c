import { useCallback } from 'react'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'

/** The row whose drawer is open lives in the address (`item=`), so the link shows the same thing to the next reader. */
export function useOpenItem<T>(rows: T[], keyOf: (row: T) => string) {
  const { item } = useAppSearch()
  const setSearch = useSetSearch()
  const index = item === undefined ? -1 : rows.findIndex((row) => keyOf(row) === item)
  const open = useCallback((row: T) => setSearch({ item: keyOf(row) }, { replace: item !== undefined }), [setSearch, keyOf, item])
  const close = useCallback(() => setSearch({ item: undefined }, { replace: true }), [setSearch])
  const step = (by: 1 | -1) => { const next = rows[index + by]; if (index >= 0 && next) open(next) }
  return { key: item, row: index >= 0 ? rows[index] : undefined, open, close, step }
}
