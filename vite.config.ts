import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Builds the page and the player into dist/renderer, which the host serves. Nothing is fetched from another origin. */
export default defineConfig({
  root: 'src-renderer',
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'src-renderer/index.html', watch: 'src-renderer/watch.html' },
    },
  },
})
