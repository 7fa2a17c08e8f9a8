import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

it.skipIf(!existsSync('/usr/bin/prlimit'))('is not whole where the disk took a part of its last bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'incoming-'))
  // A limit of the size of files writes a part, and then fails, as a full disk does.
  const script = `
    import { IncomingFile } from ${JSON.stringify(new URL('./incoming-file.ts', import.meta.url).href)}
    process.on('SIGXFSZ', () => undefined)
    const code = 'desktop.upload_interrupted'
    const codes = { busy: code, offset: code, tooLarge: code, interrupted: code, diskFull: code, notFound: code }
    const file = new IncomingFile({ path: ${JSON.stringify(join(folder, 'a'))}, bytes: 150_000, codes })
    await file.create()
    let whole = false
    const bytes = (async function* () { yield Buffer.alloc(150_000) })()
    const error = await file.append(0, bytes, async () => { whole = true }).catch((error) => error)
    console.log(JSON.stringify({ whole, code: error?.code }))
  `
  try {
    const { stdout } = await run('prlimit', ['--fsize=100000', process.execPath, '--input-type=module', '-e', script])
    expect(JSON.parse(stdout)).toEqual({ whole: false, code: 'desktop.upload_interrupted' })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
