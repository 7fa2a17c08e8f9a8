import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { stampOf } from './file-stamp.ts'
import { FileWatch } from './file-watch.ts'

it('reports that a file which is played was taken away, that it is back as it was, and that another one is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ami-watch-'))
  const [path, aside] = [join(folder, 'film.mp4'), join(folder, 'aside.mp4')]
  const reported: string[] = []
  const watch = new FileWatch(2, {
    onChanged: () => reported.push('changed'),
    onGone: (gone) => reported.push(`gone ${gone}`),
    onBack: () => reported.push('back'),
  })
  onTestFinished(() => {
    watch.stop()
    rmSync(folder, { recursive: true })
  })
  const untilReported = (what: string[]) => vi.waitFor(() => expect(reported).toEqual(what), { interval: 2, timeout: 20_000 })
  writeFileSync(path, 'a film')
  const find = () => stampOf(path, async (named) => named)
  watch.watch(await find(), find)
  for (let round = 0; round < 2; round++) {
    reported.length = 0
    renameSync(path, aside)
    await untilReported([`gone ${path}`])
    renameSync(aside, path)
    await untilReported([`gone ${path}`, 'back'])
  }
  writeFileSync(path, 'another film')
  renameSync(path, aside)
  await untilReported([`gone ${path}`, 'back', `gone ${path}`])
  writeFileSync(path, 'some other film')
  await untilReported([`gone ${path}`, 'back', `gone ${path}`, 'changed'])
  // What replaced it is the watched file by now: it is neither back nor gone.
  renameSync(path, aside)
  await untilReported([`gone ${path}`, 'back', `gone ${path}`, 'changed', `gone ${path}`])
})
