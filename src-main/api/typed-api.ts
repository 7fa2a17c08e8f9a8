import type { ApiTypes } from './api-types.ts'

/**
 * Bodies, queries and answers of the API by method and URL, for programs that call it: the page and the end-to-end tests. A URL is written
 * as it is sent (`/live/streams/${id}/kick`, with its query: `/studio/devices?kind=camera`); the tree of routes says which route it is. A URL
 * without a route, a parameter that the route does not know, and a value that the parameter does not take are type errors.
 */

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The part of the tree below a segment of a URL. A segment that is not in the tree is a parameter. */
type Below<Tree, Segment extends string> = Segment extends keyof Tree ? Tree[Segment] : '*' extends keyof Tree ? Tree['*'] : never

type At<Tree, Path extends string> = Path extends `${infer Segment}/${infer Rest}` ? At<Below<Tree, Segment>, Rest> : Below<Tree, Path>

type WithoutQuery<Path extends string> = Path extends `${infer Plain}?${string}` ? Plain : Path

type QueryText<Path extends string> = Path extends `${string}?${infer Text}` ? Text : never

/** The method at the end of the URL; a tree that ends before is `never`, which would have every method. */
type Find<Node, M extends string> = [Node] extends [never] ? never : Node extends { [method in M]: infer Found } ? Found : never

type Operation<M extends string, Path extends string> =
  WithoutQuery<Path> extends `/${infer Segments}` ? Find<At<ApiTypes, Segments>, M> : never

/** What the route answers when it does what was asked; undefined where it answers no JSON. `never`: there is no such route. */
export type Answer<M extends Method, Path extends string> = Operation<M, Path> extends { answer: infer Found } ? Found : never

/** What the route is sent; undefined where it takes nothing. */
export type Body<M extends Method, Path extends string> = Operation<M, Path> extends { body: infer Found } ? Found : undefined

/** An item of the list that `GET` of the URL answers. */
export type Item<Path extends string> = Answer<'GET', Path> extends { items: (infer Found)[] } ? Found : never

/** Parameters that the route reads from the query. */
export type Query<M extends Method, Path extends string> = Operation<M, Path> extends { query: infer Found } ? Found : Record<never, never>

/** Names of the parameters in a query, all of which `Known` has with values that they take; `unknown` where one is not so. */
type Named<Known, Text extends string> = Text extends `${infer First}&${infer More}`
  ? Named<Known, First> | Named<Known, More>
  : Text extends `${infer Name}=${infer Value}`
    ? Name extends keyof Known
      ? Value extends `${Extract<Known[Name], string | number | boolean>}`
        ? Name
        : unknown
      : unknown
    : unknown

/** True where there is such a route, and it reads what the query of the URL has. */
export type HasRoute<M extends Method, Path extends string> = [Operation<M, Path>] extends [never]
  ? false
  : unknown extends Named<Query<M, Path>, QueryText<Path>>
    ? false
    : true
