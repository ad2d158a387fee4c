import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Feedback = Schemas['Feedback']
export type FeedbackDetail = Schemas['FeedbackDetail']
export type FeedbackPageAnswer = Schemas['FeedbackPage']
export type Status = Feedback['status']

export const TABS = ['new', 'resolved', 'spam', 'all'] as const
export type Tab = (typeof TABS)[number]
export const ABOUT = [{ value: '', label: 'About anything' }, { value: 'linked', label: 'About an error' }, { value: 'unlinked', label: 'About no error' }]
