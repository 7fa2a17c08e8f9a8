import { describe, expect, it } from 'vitest'
import { readCube } from './cube.ts'
import { isFault } from './fault.ts'

const identity = ['TITLE "none"', '# remark', 'LUT_3D_SIZE 2', '']
for (const blue of [0, 1]) for (const green of [0, 1]) for (const red of [0, 1]) identity.push(`${red} ${green} ${blue}`)

describe('a colour table in the Cube format', () => {
  it('is read with red running fastest', () => {
    const table = readCube(identity.join('\r\n'))
    if (isFault(table)) throw new Error(table.fault)
    expect(table.size).toBe(2)
    expect([...table.values.subarray(3, 9)]).toEqual([1, 0, 0, 0, 1, 0])
  })

  it.each([
    ['LUT_3D_SIZE 2000', 1, /2 to 65/],
    ['LUT_1D_SIZE 4', 1, /one-dimensional/],
    ['0 0 0', 1, /before the values/],
    ['LUT_3D_SIZE 2\n0 0', 2, /three numbers/],
    ['LUT_3D_SIZE 2\n0 0 x', 2, /three numbers/],
    [`${identity.join('\n')}\n0 0 0`, 13, /more than/],
    ['LUT_3D_SIZE 2\n0 0 0', 2, /1 of 8/],
    ['', 1, /no LUT_3D_SIZE/],
  ])('is rejected with its line where it is broken: %j', (text, line, reason) => {
    const found = readCube(text)
    expect(isFault(found) && { offset: found.offset, fault: found.fault }).toEqual({ offset: line, fault: expect.stringMatching(reason) })
  })
})
