import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type WebVitals = Schemas['WebVitals']
export type WebVital = Schemas['WebVital']
export type VitalPart = Schemas['VitalPart']
export type VitalsOf = Schemas['VitalsOf']
export type VitalsBreakdown = Schemas['VitalsBreakdown']
export type VitalExample = Schemas['VitalExample']
export type Rating = VitalPart['rating']
export type Metric = VitalPart['metric']
export type Source = NonNullable<WebVitals['source']>
