// Elements from texts. Nothing here or anywhere else in these files makes markup of a text: what data says is text content, or the value of an attribute.

/** An element; `properties` are attributes, those that are `undefined` or `false` left out; children are elements or texts. */
export function el(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

/** The same for drawings. */
export function svg(name, properties = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), properties, children);
}

function filled(element, properties, children) {
  for (const [key, value] of Object.entries(properties)) if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export const by = (id) => document.getElementById(id);

/** A sentence with its gaps filled: `{n}` by `values.n`. */
export const filledIn = (sentence, values = {}) => sentence.replaceAll(/\{(\w+)\}/gu, (whole, key) => values[key] ?? whole);
