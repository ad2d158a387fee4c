import react from '@vitejs/plugin-react'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vitest/config'

const OUT = fileURLToPath(new URL('../src/vedette/server/static', import.meta.url))

/** A `.gz` beside each built file that shrinks by it: the server sends that, and never compresses a file itself. */
function gzipped(): Plugin {
  return {
    name: 'gzipped',
    apply: 'build',
    closeBundle() {
      for (const entry of readdirSync(OUT, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(js|css|html|svg|json|txt)$/.test(entry.name)) continue
        const path = join(entry.parentPath, entry.name)
        const content = readFileSync(path)
        const small = gzipSync(content, { level: 9 })
        if (small.length < 0.9 * content.length) writeFileSync(`${path}.gz`, small)
      }
    },
  }
}

export default defineConfig({
  plugins: [react(), gzipped()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': { target: process.env.VEDETTE_URL ?? 'http://127.0.0.1:8000' } } },
  test: { include: ['src/**/*.test.ts'] },
})
