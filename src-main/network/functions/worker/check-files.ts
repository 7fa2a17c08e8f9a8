import type { DeployedFiles, FileFault } from '../run-messages.ts'
import { checkSyntax, checkWebAssembly, fileOf, StartFault } from './sandbox.ts'
import { TypeStripper } from './type-stripper.ts'

/** What becomes of deployed files. */
export interface CheckedFiles {
  readonly files: Record<string, string>
  readonly modules: Record<string, string>
  readonly faults: FileFault[]
}

/** Missing imports that are named: a file may have tens of thousands. */
const maxMissing = 20

/** Removes types, leaving lines and columns where they are, and finds mistakes. */
export async function checkFiles({ main, files }: DeployedFiles): Promise<CheckedFiles> {
  const checked: CheckedFiles = { files: {}, modules: {}, faults: [] }
  const imports = new Map<string, readonly string[]>()
  const stripper = new TypeStripper()
  try {
    for (const [name, content] of Object.entries(files)) {
      try {
        if (name.endsWith('.wasm')) {
          await checkWebAssembly(name, content)
          checked.modules[name] = content
          continue
        }
        const code = name.endsWith('.ts') ? await withoutTypes(stripper, name, content) : content
        imports.set(name, await checkSyntax(name, code))
        checked.files[name] = code
      } catch (error) {
        if (!(error instanceof StartFault)) throw error
        checked.faults.push(error.fault)
      }
    }
  } finally {
    await stripper.end()
  }
  if (checked.faults.length === 0) checked.faults.push(...missingImports(main, imports, checked))
  return checked
}

/** Imports that are not among the files, of the main one and of all that it needs. */
function missingImports(main: string, imports: ReadonlyMap<string, readonly string[]>, checked: CheckedFiles): FileFault[] {
  const faults: FileFault[] = []
  const needed = new Set([main])
  for (const file of needed) {
    for (const specifier of imports.get(file) ?? []) {
      const found = fileOf(specifier, file, checked)
      if (found !== undefined) needed.add(found)
      else faults.push({ file, line: 0, column: 0, message: `imports ${JSON.stringify(specifier)}, which is not among the files` })
      if (faults.length === maxMissing) return faults
    }
  }
  return faults
}

async function withoutTypes(stripper: TypeStripper, file: string, text: string): Promise<string> {
  const stripped = await stripper.strip(file, text)
  if ('code' in stripped) return stripped.code
  const { message, stack } = stripped
  // `FILE:LINE`, lines of the file, and a caret below the column.
  const place = /^[^\n]*:(\d+)\n[\s\S]*?\n( *)\^/.exec(stack)
  const isTooDeep = /memory access out of bounds|unreachable|call stack/i.test(message)
  throw new StartFault({
    file,
    line: Number(place?.[1] ?? 0),
    column: place === null ? 0 : (place[2]?.length ?? 0) + 1,
    message: isTooDeep ? 'It is nested too deeply' : (message.split('\n')[0] ?? message),
  })
}
