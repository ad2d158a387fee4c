import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Issue = Schemas['Issue']
export type IssueDetail = Schemas['IssueDetail']
export type IssuePageAnswer = Schemas['IssuePage']
export type IssueChange = Partial<Omit<Schemas['IssueChange'], 'matching'>> & { matching?: Matching }
export type Matching = Partial<Schemas['Matching']>
export interface Changed { changed: number; undo?: IssueChange[] }
export type DeleteForm = Omit<Schemas['DeleteForm'], 'matching'> & { matching?: Matching }
export type Tag = Schemas['Tag']
export type Fingerprint = Schemas['Fingerprint']
export type Occurrence = Schemas['Occurrence']
export type Around = Schemas['Around']
export type Activity = Schemas['Activity']
export type SavedSearch = Schemas['SavedSearch']
export type DiscardedIssue = Schemas['Discarded']
export type SearchKey = Schemas['SearchKey']
export type SearchValue = Schemas['SearchValue']
export type FeedbackPageAnswer = Schemas['FeedbackPage']
export type Status = Issue['status']

export const TABS = ['unresolved', 'resolved', 'archived', 'all'] as const
export type Tab = (typeof TABS)[number]
export const SORTS = [
  { value: 'last_seen', label: 'Last seen' }, { value: 'first_seen', label: 'First seen' }, { value: 'events', label: 'Events' },
  { value: 'users', label: 'Users' }, { value: 'priority', label: 'Priority' }, { value: 'trend', label: 'Trend' },
]
