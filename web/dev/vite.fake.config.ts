// `npx vite preview -c dev/vite.fake.config.ts`: the built app over made-up answers. VITE_FAKE=full | empty | error | slow.
import { mergeConfig } from 'vite'
import base from '../vite.config.ts'
import { fakeApi } from './fake.ts'

export default mergeConfig(base, { plugins: [fakeApi(process.env.VITE_FAKE ?? 'full')] })
