/** A tick for a law that is kept, a cross for a broken one; drawn because not every font has them. */
export const Tick = ({ isKept }: { readonly isKept: boolean }) => (
  <>
    <span className="hidden">{isKept ? "Kept: " : "Broken: "}</span>
    <svg className="tick" aria-hidden="true" viewBox="0 0 16 16">
      <path d={isKept ? "M3 8.5l3.5 3.5L13 4.5" : "M4 4l8 8M12 4l-8 8"} />
    </svg>
  </>
)
