import { afterAll } from 'vitest'
import { removeMadeFolders } from '../helpers/private-folder.ts'

// Vitest runs this in the process of each file before it loads the file: hooks run in reverse order, so that this one comes behind the file's own.
afterAll(removeMadeFolders)
