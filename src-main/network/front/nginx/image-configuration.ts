import { AppError } from '../../../platform/errors.ts'
import { block, type Directive, directive, entry, from } from './directives.ts'
import type { FrontOptions, ImageOptions, SiteRule } from './front-options.ts'

/** Where nginx sends requests for images in another size or format. */
export function imageUpstream({ images }: FrontOptions): readonly Directive[] {
  if (images === undefined) return []
  return [block('upstream', ['agent_images'], [directive('server', `127.0.0.1:${images.port}`, 'max_fails=0'), directive('keepalive', 16)])]
}

/** What of a URL is a size or format: empty for the original, `bad` for what the rule does not allow, else `WIDTH:FORMAT`. */
export function imageMaps({ images, cache }: SiteRule, place: string, name: string): readonly Directive[] {
  if (images === undefined) return []
  const option = `${place}.images`
  if (cache === 'off') throw new AppError('config.invalid', `Option ${option}: images need the cache`, { details: { option } })
  const map = (of: string, to: string, lines: readonly Directive[]): Directive =>
    from(option, block('map', [of, `$edge_${to}_${name}`], [directive('default', 'bad'), entry('', ''), ...lines]))
  return [
    map(
      '$arg_w',
      'width',
      [...new Set(images.widths)].map((width) => entry(String(width), width)),
    ),
    map('$arg_format', 'format', [...images.formats.map((format) => entry(format, format)), entry('auto', 'auto-$edge_image')]),
    block(
      'map',
      [`$edge_width_${name}:$edge_format_${name}`, `$edge_resized_${name}`],
      [directive('default', `$edge_width_${name}:$edge_format_${name}`), entry(':', ''), entry('~bad', 'bad')],
    ),
  ]
}

/** In the location of the originals: requests for others go to `@images_NAME`. */
export function imageBranch(name: string): readonly Directive[] {
  return [
    block('if', [`($edge_resized_${name}`, '=', 'bad)'], [directive('return', 400)]),
    directive('error_page', 418, '=', `@images_${name}`),
    block('if', [`($edge_resized_${name})`], [directive('return', 418)]),
  ]
}

/** Where images are made: `content` has what is kept, under the path of the original, so that a purge of that takes them along. */
export function imageContent({ secret }: ImageOptions, rule: SiteRule, name: string): readonly Directive[] {
  return [
    directive('proxy_pass', 'http://agent_images'),
    directive('proxy_set_header', 'Host', '$edge_authority'),
    directive('proxy_set_header', 'X-Edge-Images', secret),
    directive('proxy_set_header', 'X-Edge-Image', `$edge_resized_${name} ${rule.images?.quality ?? 75}`),
    directive('proxy_next_upstream', 'off'),
  ]
}
