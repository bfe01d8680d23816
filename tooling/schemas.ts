/** Identifies a schema where it is used, for the generators that print schemas. */
import type * as SchemaAST from "effect/SchemaAST"

/**
 * The part of a schema that no other schema has and that stays when the schema becomes an optional or a described key:
 * Effect copies the schema then, but not its parts.
 */
export const bodyOf = (ast: SchemaAST.AST): unknown => {
  switch (ast._tag) {
    case "Declaration":
      return ast.run
    case "Objects":
      return ast.propertySignatures.length > 0 ? ast.propertySignatures : ast.indexSignatures
    case "Union":
      return ast.types
    default:
      return ast.checks ?? ast
  }
}

/** The meaning of a key, from the description of its schema. */
export const descriptionOf = ({ context }: SchemaAST.AST): string | undefined => {
  const description = context?.annotations?.["description"]
  return typeof description === "string" ? description : undefined
}
