import { cdnName, maxPasses } from '../../cdn-loop.ts'
import { block, type Directive, directive, entry } from './directives.ts'

/** A header that names our nodes so often, read once from its start to its end. */
const passed = (times: number): string => `~*^(?:(?:(?!\\b${cdnName}\\b).)*+${cdnName}){${times}}`

/** What requests have passed before, and what origins get of it. */
export function loopMaps(): readonly Directive[] {
  const counts = Array.from({ length: maxPasses - 1 }, (_, index) => maxPasses - 1 - index)
  return [
    block('map', ['$http_cdn_loop', '$edge_in_circle'], [directive('default', 0), entry(passed(maxPasses), 1)]),
    block('map', ['$http_cdn_loop', '$edge_loop'], [directive('default', `$http_cdn_loop, ${cdnName}`), entry('', cdnName)]),
    // What is kept is the same for everybody: of a viewer's header only the count of our nodes.
    block(
      'map',
      ['$http_cdn_loop', '$edge_counted_loop'],
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
