import type { AppSearch } from '@/shared/filters/search'

export interface Identity { service: string; name: string; op: string }

export const idOf = ({ service, name, op }: Identity) => JSON.stringify([service, name, op])

/** The address of a transaction's page. */
export function pageOf({ service, name, op }: Identity): AppSearch {
  return { ...(service && { service }), name, ...(op && { op }) }
}

/** The spans behind a number: those of this transaction, and what else holds of them. */
export function spansOf({ service, name, op }: Identity, kept: AppSearch, ...also: string[]): AppSearch {
  return { ...kept, view: 'spans', ...(service && { service }), filter: [`name=${name}`, `transaction_op=${op}`, 'is_transaction=1', ...also] }
}

export const between = (fromNs: number, toNs: number) => [`duration_ns>=${fromNs}`, `duration_ns<${toNs}`]

/** As many transactions as an address can name: names are as long as their senders like. */
export function portions<T extends Identity>(rows: T[], longest = 5_000): T[][] {
  const found: T[][] = []
  let length = longest
  for (const row of rows) {
    const size = 16 + encodeURIComponent(`${row.service}${row.name}${row.op}`).length
    if (length + size > longest || (found.at(-1)?.length ?? 0) >= 50) { found.push([]); length = 0 }
    found.at(-1)?.push(row)
    length += size
  }
  return found
}
