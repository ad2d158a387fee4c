import { Modal } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { type Command, useCommands } from './commands'
import css from './Layout.module.css'

const OPEN = 'vedette:palette'
export function openPalette() { window.dispatchEvent(new Event(OPEN)) }

export function CommandPalette() {
  const [opened, setOpened] = useState(false)
  useHotkeys([['mod+K', () => setOpened((before) => !before)]], [])
  useEffect(() => {
    const open = () => setOpened(true)
    window.addEventListener(OPEN, open)
    return () => window.removeEventListener(OPEN, open)
  }, [])
  return (
    <Modal opened={opened} onClose={() => setOpened(false)} withCloseButton={false} padding={0} size={560} yOffset="14vh" aria-label="Commands">
      <Commands onDone={() => setOpened(false)} />
    </Modal>
  )
}

function Commands({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const commands = useCommands(text)
  const run = (command: Command | undefined) => { if (command) { onDone(); command.run() } }
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') run(commands[active])
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    const next = Math.max(0, Math.min(commands.length - 1, active + (event.key === 'ArrowDown' ? 1 : -1)))
    setActive(next)
    document.getElementById(`command-${next}`)?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <div onKeyDown={onKeyDown}>
      <input className={css.input} data-autofocus placeholder="Go to a page, open an id, search, change the range" aria-label="Command" value={text}
        role="combobox" aria-expanded aria-controls="commands" aria-activedescendant={`command-${active}`}
        onChange={(event) => { setText(event.currentTarget.value); setActive(0) }} />
      <ul className={css.commands} id="commands" role="listbox">
        {commands.map((command, index) => (
          <li key={command.id} id={`command-${index}`} role="option" aria-selected={index === active} className={css.command}
            onMouseMove={() => setActive(index)} onClick={() => run(command)}>
            <command.icon size={15} /><span className="ellipsis">{command.word}</span><span>{command.note}</span>
          </li>
        ))}
        {commands.length === 0 && <li className={css.command}><span className="dim">Nothing matches</span></li>}
      </ul>
    </div>
  )
}
