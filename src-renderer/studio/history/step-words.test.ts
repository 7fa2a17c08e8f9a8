import { expect, it } from 'vitest'
import { stepWords } from './step-words.ts'

it('reads every sort of step that the host names, and leaves others as they are', () => {
  for (const name of [
    'Add source "Camera"',
    'Add source "Ada "and" Bob" and 12 more',
    'Remove item "Logo"',
    'Move "Camera"',
    'Change volume of "Title"',
    'Change properties of "A "quoted" name"',
    'Group 3 items',
    'Paste an item',
    'Paste transform to "Title"',
    'Reset transform of "A "quoted" name" and 2 more',
    'Paste 2 items and 1 more',
    'Change fontSize and color of "Title"',
    'Change frameRate of the collection',
    'Change nothing',
    'Something else',
  ]) {
    expect(stepWords(name)).toBe(name)
  }
})
