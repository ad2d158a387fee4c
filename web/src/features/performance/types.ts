import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type TransactionRow = Schemas['TransactionRow']
export type TransactionList = Schemas['TransactionList']
export type Trend = Schemas['Trend']
export type Trends = Schemas['Trends']
export type TransactionSummary = Schemas['TransactionSummary']
export type TransactionBucket = Schemas['TransactionBucket']
export type DurationClass = Schemas['DurationClass']
export type Examples = Schemas['Examples']
export type Example = Schemas['Example']
export type Breakdown = Schemas['Breakdown']
export type Work = Schemas['Work']
export type Facets = Schemas['Facets']
export type Impact = Schemas['Impact']
export type PerformanceSettings = Schemas['SavedPerformanceSettings']
