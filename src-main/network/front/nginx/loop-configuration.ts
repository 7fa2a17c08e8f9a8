import { cdnName, maxPasses } from '../../cdn-loop.ts'
import { block, type Directive, directive, entry } from './directives.ts'
import type { NginxProgram } from './find-nginx.ts'

/** The script that reads all lines of `CDN-Loop`: a proxy may write one of its own before those that it was sent. Written for njs 0.7. */
export const loopScriptText = `function all(r) {
  return r.rawHeadersIn
    .filter((line) => line[0].toLowerCase() === 'cdn-loop')
    .map((line) => line[1])
    .join(', ')
}

export default { all }
`

/** True where nginx itself would miss lines, and has what reads them. */
export function hasLoopScript({ joinsHeaders, js }: NginxProgram): boolean {
  return !joinsHeaders && js !== undefined
}

/** A header that names our nodes so often, read once from its start to its end. */
const passed = (times: number): string => `~*^(?:(?:(?!\\b${cdnName}\\b).)*+${cdnName}){${times}}`

/** What requests have passed before, and what origins get of it. */
export function loopMaps(program: NginxProgram, script: string): readonly Directive[] {
  const header = hasLoopScript(program) ? '$edge_all_loop' : '$http_cdn_loop'
  const counts = Array.from({ length: maxPasses - 1 }, (_, index) => maxPasses - 1 - index)
  return [
    ...(hasLoopScript(program) ? [directive('js_import', 'loop', 'from', script), directive('js_set', '$edge_all_loop', 'loop.all')] : []),
    block('map', [header, '$edge_in_circle'], [directive('default', 0), entry(passed(maxPasses), 1)]),
    block('map', [header, '$edge_loop'], [directive('default', `${header}, ${cdnName}`), entry('', cdnName)]),
    // What is kept is the same for everybody: of a viewer's header only the count of our nodes.
    block(
      'map',
      [header, '$edge_counted_loop'],
      [
        directive('default', cdnName),
        ...counts.map((count) =>
          entry(
            passed(count),
            Array(count + 1)
              .fill(cdnName)
              .join(', '),
          ),
        ),
      ],
    ),
  ]
}

/** The answer to what goes in a circle. */
export function rejectCircles(): Directive {
  const text = `The request has passed ${maxPasses} nodes: an origin or a function of this URL leads back to it.`
  return block('if', ['($edge_in_circle)'], [directive('return', 508, text)])
}
