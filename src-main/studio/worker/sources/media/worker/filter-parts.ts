import { Filter, type FilterContext, type FilterGraph } from 'node-av/lib'

/** Makes a filter of a graph. Throws where the media engine has none of that kind. */
export function createFilter(graph: FilterGraph, kind: string, args: string | null, name = kind): FilterContext {
  const filter = Filter.getByName(kind as never)
  const context = filter && graph.createFilter(filter, name, args)
  if (!context) throw new Error(`The media engine has no filter ${kind}`)
  return context
}
