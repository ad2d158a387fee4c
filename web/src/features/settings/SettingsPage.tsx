import { DetectorsTab } from '@/features/detectors/DetectorsTab'
import { GroupingTab } from '@/features/rules/GroupingTab'
import { PrivacyTab } from '@/features/rules/PrivacyTab'
import { useMe } from '@/shared/filters/scope'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { Page } from '@/shared/ui/Page'
import { AccountTab } from './AccountTab'
import { KeysTab } from './KeysTab'
import { MembersTab } from './MembersTab'
import { ProjectTab } from './ProjectTab'
import css from './settings.module.css'
import { TokensTab } from './TokensTab'

const TABS = [
  { id: 'project', word: 'Project', Tab: ProjectTab, admin: false },
  { id: 'detectors', word: 'Detectors', Tab: DetectorsTab, admin: false },
  { id: 'grouping', word: 'Grouping', Tab: GroupingTab, admin: false },
  { id: 'privacy', word: 'Data privacy', Tab: PrivacyTab, admin: false },
  { id: 'keys', word: 'Ingest keys', Tab: KeysTab, admin: false },
  { id: 'tokens', word: 'API tokens', Tab: TokensTab, admin: true },
  { id: 'members', word: 'Members', Tab: MembersTab, admin: true },
  { id: 'account', word: 'Account', Tab: AccountTab, admin: false },
]

export function SettingsPage() {
  const { tab } = useAppSearch()
  const setSearch = useSetSearch()
  const role = useMe()?.user?.role
  const tabs = TABS.filter((one) => !one.admin || role === 'admin')
  const chosen = tabs.find((one) => one.id === tab) ?? tabs[0]
  if (!chosen) return null
  return (
    <Page title="Settings">
      <div className={css.split}>
        <nav className={css.tabs} aria-label="Settings">
          {tabs.map((one) => <button key={one.id} type="button" aria-current={one === chosen ? 'page' : undefined} onClick={() => setSearch({ tab: one.id, item: undefined })}>{one.word}</button>)}
        </nav>
        <div className={css.body}><chosen.Tab /></div>
      </div>
    </Page>
  )
}
