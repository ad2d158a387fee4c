import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig, type PluginOption } from 'vite'

export default defineConfig(async () => {
  const plugins: PluginOption[] = [react()]
  if (process.env.VITE_FAKE) plugins.push((await import('./dev/fake.ts')).fakeApi(process.env.VITE_FAKE))
  return {
    plugins,
    resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
    build: {
      outDir: '../src/vedette/server/static',
      emptyOutDir: true,
      target: 'es2022',
      chunkSizeWarningLimit: 700,
    },
    server: {
      proxy: { '/api': { target: process.env.VEDETTE_URL ?? 'http://127.0.0.1:8000', changeOrigin: false } },
    },
    test: { include: ['src/**/*.test.ts'] },
  }
})
