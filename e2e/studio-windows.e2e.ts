import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './helpers/paths.ts'
import { skipBecause } from './helpers/skip.ts'

it('what is written for Windows compiles and links there, as an addon of Node', { timeout: 240_000 }, (context) => {
  const built = spawnSync(process.execPath, ['scripts/build-windows-addons.mjs'], { cwd: root, encoding: 'utf8' })
  if (built.status === 3) skipBecause(context, 'mingw-w64 is not installed (g++-mingw-w64-x86-64)')
  expect(built.stderr).toBe('')
  const files = built.stdout.trim().split('\n')
  expect(files).toHaveLength(1)
  for (const file of files) {
    const { exported, imported } = readLibrary(readFileSync(join(root, file)))
    expect(exported).toContain('napi_register_module_v1')
    expect(imported).toEqual(expect.arrayContaining(['NODE.EXE', 'd3d11.dll', 'dxgi.dll', 'ole32.dll']))
  }
})

/** Names that a 64-bit library of Windows offers, and libraries that it wants (PE format, Microsoft's specification). */
function readLibrary(bytes: Buffer): { exported: string[]; imported: string[] } {
  const header = bytes.readUInt32LE(0x3c)
  expect(bytes.toString('latin1', header, header + 4)).toBe('PE\0\0')
  const machine = bytes.readUInt16LE(header + 4)
  expect(machine).toBe(0x8664)
  const optional = header + 24
  const sections = optional + bytes.readUInt16LE(header + 20)
  const count = bytes.readUInt16LE(header + 6)
  /** Position in the file of a memory address. */
  const at = (address: number): number => {
    for (let section = sections; section < sections + count * 40; section += 40) {
      const start = bytes.readUInt32LE(section + 12)
      if (address >= start && address < start + bytes.readUInt32LE(section + 8)) return address - start + bytes.readUInt32LE(section + 20)
    }
    throw new Error('an address beside all sections')
  }
  const text = (address: number): string => bytes.toString('latin1', at(address), bytes.indexOf(0, at(address)))
  const exports = at(bytes.readUInt32LE(optional + 112))
  const names = at(bytes.readUInt32LE(exports + 32))
  const exported = Array.from({ length: bytes.readUInt32LE(exports + 24) }, (_, index) => text(bytes.readUInt32LE(names + index * 4)))
  const imported: string[] = []
  for (let entry = at(bytes.readUInt32LE(optional + 120)); bytes.readUInt32LE(entry + 12) !== 0; entry += 20) {
    imported.push(text(bytes.readUInt32LE(entry + 12)))
  }
  return { exported, imported }
}
