import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type Monitors = Schemas['Monitors']
export type Monitor = Schemas['Monitor']
export type MonitorEnvironment = Schemas['MonitorEnvironment']
export type MonitorDetail = Schemas['MonitorDetail']
export type MonitorForm = Schemas['MonitorForm']
export type Run = Schemas['RunShape']
export type Bucket = Schemas['RunCounts']
export type Status = Run['status']
