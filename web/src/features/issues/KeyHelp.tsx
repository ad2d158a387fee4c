import { Modal } from '@mantine/core'
import css from './issues.module.css'

const LIST = [
  ['j k', 'Next, previous'], ['enter', 'Open'], ['x', 'Select'], ['e', 'Resolve'], ['z', 'Archive until it escalates'],
  ['a', 'Assign'], ['m', 'Merge the selected'], ['/', 'Search'], ['esc', 'Clear the selection'], ['?', 'This'],
]
const ONE = [['j k', 'Older, newer event'], ['e', 'Resolve, or reopen'], ['z', 'Archive until it escalates'], ['a', 'Assign'], ['u', 'Back to the list'], ['?', 'This']]

export function KeyHelp({ of, opened, onClose }: { of: 'list' | 'issue'; opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={<b>Keys</b>} size={360}>
      <dl className={css.keys}>
        {(of === 'list' ? LIST : ONE).map(([keys = '', what]) => (
          <div key={keys}><dt>{keys.split(' ').map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{what}</dd></div>
        ))}
      </dl>
    </Modal>
  )
}
