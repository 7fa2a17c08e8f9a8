import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { AppError } from '../../../platform/errors.ts'
import type { FilePolicy } from '../../../platform/user-files/file-policy.ts'
import { listFolder, startFolders } from './browse.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'browse-')))
afterAll(() => rmSync(root, { recursive: true }))
const data = join(root, 'data')
const uploads = join(data, 'studio/uploads')
const shared = join(root, 'shared')
for (const folder of [uploads, join(shared, 'deep'), join(root, 'home')]) mkdirSync(folder, { recursive: true })
for (const file of ['data/host.json', 'shared/logo.png', 'shared/deep/film.mp4', 'shared/.hidden', 'home/diary.txt'])
  writeFileSync(join(root, file), 'x')
symlinkSync(join(root, 'home'), join(shared, 'to-home'))
symlinkSync(data, join(shared, 'to-data'))
symlinkSync(join(shared, 'deep'), join(shared, 'to-deep'))

const policy: FilePolicy = { privatePaths: [data], mediaFolders: [uploads], editorFolders: [shared] }
const code = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'listed',
    (error: AppError) => error.code,
  )

it('starts editors in the folders that are open to them, and admins everywhere else too', async () => {
  const editor = await startFolders(policy, [uploads], true)
  expect(editor.folders.map(({ path }) => path)).toEqual([uploads, shared])
  const admin = await startFolders(policy, [uploads], false)
  expect(admin.folders.map(({ path }) => path)).toContain('/')
})

it('lists a folder without what leads elsewhere', async () => {
  const editor = await listFolder(shared, policy, [uploads], true)
  expect(editor.folders.map(({ name }) => name)).toEqual(['deep', 'to-deep'])
  expect(editor.files.map(({ name, image }) => [name, image])).toEqual([['logo.png', true]])
  expect(editor.parent).toBe('')
  expect((await listFolder(join(shared, 'deep'), policy, [uploads], true)).parent).toBe(shared)
  const admin = await listFolder(shared, policy, [uploads], false)
  expect(admin.folders.map(({ name }) => name)).toEqual(['deep', 'to-deep', 'to-home'])
})

it('is nobody’s way into the data folder, nor an editor’s out of the open folders', async () => {
  for (const limited of [true, false]) {
    for (const path of [data, join(shared, 'to-data'), `${shared}/../data`, `${uploads}/..`, '/proc/self']) {
      expect(await code(listFolder(path, policy, [uploads], limited)), path).toBe('path.forbidden')
    }
  }
  for (const path of [root, '/', '/etc', join(shared, 'to-home'), `${shared}/..`, 'shared', '~'])
    expect(await code(listFolder(path, policy, [uploads], true)), path).toBe('path.forbidden')
  expect((await listFolder(root, policy, [uploads], false)).folders.map(({ name }) => name)).not.toContain('data')
})

it('says where there is no folder', async () => {
  expect(await code(listFolder(join(shared, 'gone'), policy, [uploads], true))).toBe('request.not_found')
  expect(await code(listFolder(join(shared, 'logo.png'), policy, [uploads], true))).toBe('request.not_found')
})
