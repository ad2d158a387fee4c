import { Modal } from '@mantine/core'
import css from './feedback.module.css'

const KEYS = [
  ['j k', 'Next, previous'], ['enter', 'Open'], ['x', 'Select'], ['e', 'Resolve, or take back'], ['s', 'Mark as spam'],
  ['/', 'Search'], ['esc', 'Close, or clear the selection'], ['?', 'This'],
]

export function KeyHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={<b>Keys</b>} size={360}>
      <dl className={css.keys}>
        {KEYS.map(([keys = '', what]) => <div key={keys}><dt>{keys.split(' ').map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{what}</dd></div>)}
      </dl>
    </Modal>
  )
}
