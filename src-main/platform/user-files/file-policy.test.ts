import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type FilePolicy, judgeFile, pathProblem } from './file-policy.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'streams-policy-')))
afterAll(() => rmSync(root, { recursive: true }))
const data = join(root, 'data')
const shared = join(root, 'shared')
for (const folder of [join(data, 'recordings'), shared, join(root, 'home')]) mkdirSync(folder, { recursive: true })
for (const file of ['data/host.json', 'data/recordings/show.mp4', 'shared/logo.png', 'home/diary.txt']) writeFileSync(join(root, file), 'x')

const policy: FilePolicy = { privatePaths: [data], mediaFolders: [join(data, 'recordings')], editorFolders: [shared] }
const asEditor = (path: string) => pathProblem(path, policy, true)
const asAdmin = (path: string) => pathProblem(path, policy, false)

describe('what of this machine may be named', () => {
  it('is everything but the host’s own for admins, and open folders for editors', () => {
    expect(asAdmin(join(root, 'home/diary.txt'))).toBeUndefined()
    expect(asEditor(join(root, 'home/diary.txt'))).toMatch(/not in a folder that editors may use/)
    expect(asEditor(join(shared, 'logo.png'))).toBeUndefined()
    expect(asEditor(`${shared}-more/logo.png`)).toMatch(/not in a folder/)
    expect(asEditor('logo.png')).toMatch(/not a whole path/)
  })

  it('is never the data folder, for anybody, besides what users recorded', () => {
    for (const path of [data, join(data, 'host.json'), `${shared}/../data/host.json`, `${data}/recordings/../host.json`]) {
      expect(asAdmin(path), path).toMatch(/belongs to the host itself/)
      expect(asEditor(path), path).toMatch(/belongs to the host itself/)
    }
    expect(asAdmin(join(data, 'recordings/show.mp4'))).toBeUndefined()
    expect(asEditor(join(data, 'recordings/show.mp4'))).toBeUndefined()
  })

  it.each(['/proc/self/environ', '/proc/1/environ', '/proc/thread-self/fd/3', `/proc/${process.pid}/mem`])('is never %s', (path) => {
    expect(asAdmin(path)).toMatch(/belongs to the host itself/)
  })
})

describe.skipIf(process.platform === 'win32')('what a path leads to', () => {
  const link = (target: string, name: string): string => {
    symlinkSync(target, join(shared, name))
    return join(shared, name)
  }
  const fault = (path: string, limited: boolean): Promise<string> =>
    judgeFile(path, policy, limited).then(
      () => 'allowed',
      (error: Error) => error.message,
    )

  it('is judged with every link followed, of the file and of its folders', async () => {
    expect(await judgeFile(join(shared, 'logo.png'), policy, true)).toBe(join(shared, 'logo.png'))
    const secret = link(join(data, 'host.json'), 'a.png')
    const folder = link(data, 'b')
    const diary = link(join(root, 'home'), 'c')
    expect(await fault(secret, false)).toMatch(/leads elsewhere: .*host\.json belongs to the host itself/)
    expect(await fault(join(folder, 'host.json'), false)).toMatch(/belongs to the host itself/)
    expect(await fault(join(folder, 'new.mp4'), false)).toMatch(/belongs to the host itself/)
    expect(await fault(join(diary, 'diary.txt'), true)).toMatch(/not in a folder that editors may use/)
    expect(await fault(join(diary, 'new/film.mp4'), true)).toMatch(/not in a folder that editors may use/)
    expect(await judgeFile(join(diary, 'diary.txt'), policy, false)).toBe(join(root, 'home/diary.txt'))
    expect(await fault('/proc/self/root/etc/../proc/self/environ', false)).toMatch(/belongs to the host itself/)
  })

  it('is what the system opens, where a link is before ..', async () => {
    const inside = link(join(data, 'recordings'), 'd')
    expect(await fault(`${inside}/../host.json`, false)).toMatch(/belongs to the host itself/)
  })
})
