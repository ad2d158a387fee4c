import { Button, Menu, ScrollArea } from '@mantine/core'
import { History as Clock } from 'lucide-react'

export function History({ items, onPick, onClear }: { items: string[]; onPick: (sql: string) => void; onClear: () => void }) {
  return (
    <Menu position="bottom-end" width={460}>
      <Menu.Target><Button variant="default" size="compact-sm" leftSection={<Clock size={13} />} disabled={items.length === 0}>History</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Queries run in this browser</Menu.Label>
        <ScrollArea.Autosize mah={360}>
          {items.map((sql) => <Menu.Item key={sql} onClick={() => onPick(sql)}><div className="mono ellipsis" style={{ maxWidth: 420 }}>{sql.replace(/\s+/g, ' ')}</div></Menu.Item>)}
        </ScrollArea.Autosize>
        <Menu.Divider />
        <Menu.Item onClick={onClear}>Forget {items.length} queries</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
