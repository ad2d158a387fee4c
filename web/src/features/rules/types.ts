import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type GroupingRule = Schemas['GroupingRule']
export type SavedGrouping = Schemas['SavedGroupingRules']
export type GroupingPreview = Schemas['Preview']
export type Effect = Schemas['Effect']
export type Side = Schemas['Side']
export type SavedScrubbing = Schemas['SavedScrubbing']
export type ScrubbingRules = Omit<SavedScrubbing, 'version' | 'changed_at'>
export type ScrubbingPreview = Schemas['ScrubbingPreview']
export type Tried = Schemas['Tried']
