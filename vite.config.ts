import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const outDir = join(import.meta.dirname, 'dist/renderer')

/** Names the HLS library in watch.html, so that it comes over the wire together with the page's own script. */
function preloadHls(): Plugin {
  return {
    name: 'preload-hls',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle, filename }) {
        if (!filename.endsWith('watch.html')) return
        return Object.values(bundle ?? {})
          .filter((chunk) => chunk.type === 'chunk' && /^hls/.test(chunk.name))
          .map((chunk) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `/${chunk.fileName}` },
            injectTo: 'head' as const,
          }))
      },
    },
  }
}

/** Leaves `.br` and `.gz` beside every script and style sheet; the host sends them to browsers that take them. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    async closeBundle() {
      const assets = join(outDir, 'assets')
      const files = (await readdir(assets)).filter((file) => /\.(js|css)$/.test(file))
      await Promise.all(
        files.map(async (file) => {
          const bytes = await readFile(join(assets, file))
          const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }
          await writeFile(join(assets, `${file}.br`), await promisify(brotliCompress)(bytes, quality))
          await writeFile(join(assets, `${file}.gz`), await promisify(gzip)(bytes))
        }),
      )
    },
  }
}

/** Builds the page and the player into dist/renderer, which the host serves. Nothing is fetched from another origin. */
export default defineConfig({
  root: join(import.meta.dirname, 'src-renderer'),
  base: '/',
  plugins: [react(), preloadHls(), precompress()],
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: join(import.meta.dirname, 'src-renderer/index.html'),
        overlay: join(import.meta.dirname, 'src-renderer/overlay.html'),
        watch: join(import.meta.dirname, 'src-renderer/watch.html'),
      },
    },
  },
})
