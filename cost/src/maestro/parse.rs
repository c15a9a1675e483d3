//! Reading mapping files (`.m`).
//!
//! The format forgives much: commas, colons and semicolons may be absent, names are optional, a
//! layer without `Dataflow` takes that of the layer before. `Accelerator` blocks are skipped: what
//! the array looks like is said elsewhere.

use super::directives::{
    Dimension, Directive, Directives, Extent, Map, Network, NetworkLayer, Operation, Place,
    Problem, Shape, Source,
};

/// Reads a file of networks or of hardware settings.
pub fn parse(text: &str) -> Result<Source, Problem> {
    let mut parser = Parser::new(text);
    let mut source = Source::default();
    while let Some(word) = parser.word() {
        match word.text {
            "Constant" => parser.constant()?,
            "Network" => source.networks.push(parser.network()?),
            "Accelerator" => parser.skip_block()?,
            setting => {
                parser.skip(':');
                if parser.peek().is_none_or(|next| next.text == "{") {
                    return Err(word.problem(
                        format!("`{setting}` begins nothing here"),
                        "write Network, Constant, Accelerator or a setting such as num_pes: 256",
                    ));
                }
                source.settings.push((setting.into(), parser.number()?));
                parser.skip(';');
            }
        }
    }
    Ok(source)
}

/// Reads directives alone, as they stand between the braces of `Dataflow { … }`.
pub fn parse_directives(text: &str) -> Result<Directives, Problem> {
    let mut parser = Parser::new(text);
    let mut directives = Vec::new();
    while parser.peek().is_some() {
        directives.push(parser.directive()?);
    }
    Ok(directives)
}

/// A word or a mark, with its place.
#[derive(Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    place: Place,
}

impl Token<'_> {
    fn problem(&self, cause: impl Into<String>, way_out: impl Into<String>) -> Problem {
        Problem::new(self.place, cause, way_out)
    }
}

const MARKS: &str = "{}(),:;";

/// Cuts a text into words and marks; comments run from `//` to the end of the line.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let code = text.split("//").next().unwrap_or_default();
        let mut word: Option<(usize, Place)> = None;
        for (column, (at, c)) in (1..).zip(code.char_indices()) {
            let place = Place { line, column };
            let mark = MARKS.contains(c);
            if !mark && !c.is_whitespace() {
                word.get_or_insert((at, place));
                continue;
            }
            tokens.extend(word.take().map(|(from, place)| Token {
                text: &code[from..at],
                place,
            }));
            if mark {
                let text = &code[at..=at];
                tokens.push(Token { text, place });
            }
        }
        tokens.extend(word.map(|(from, place)| Token {
            text: &code[from..],
            place,
        }));
    }
    tokens
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    next: usize,
    end: Place,
    constants: Vec<(&'a str, u32)>,
    /// The directives of the layer before.
    inherited: Directives,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        let lines = text.lines().count().max(1) as u32;
        let last = text.lines().last().unwrap_or_default();
        Parser {
            tokens: tokens(text),
            next: 0,
            end: Place {
                line: lines,
                column: last.chars().count() as u32 + 1,
            },
            constants: Vec::new(),
            inherited: Vec::new(),
        }
    }

    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.next).copied()
    }

    fn word(&mut self) -> Option<Token<'a>> {
        let token = self.peek()?;
        self.next += 1;
        Some(token)
    }

    /// The next token, which must exist because `wanted` is still to come.
    fn need(&mut self, wanted: &str) -> Result<Token<'a>, Problem> {
        let end = self.end;
        self.word().ok_or_else(|| {
            Problem::new(
                end,
                format!("the file ends before {wanted}"),
                "close every brace that is open",
            )
        })
    }

    fn is(&self, mark: &str) -> bool {
        self.peek().is_some_and(|token| token.text == mark)
    }

    fn skip(&mut self, mark: char) {
        if self.is(mark.encode_utf8(&mut [0; 4])) {
            self.next += 1;
        }
    }

    fn expect(&mut self, mark: &str) -> Result<(), Problem> {
        let token = self.need(&format!("`{mark}`"))?;
        if token.text == mark {
            return Ok(());
        }
        Err(token.problem(
            format!("`{mark}` should stand here, not `{}`", token.text),
            format!("write `{mark}`"),
        ))
    }

    /// A name if there is one before the `{` that must follow.
    fn name(&mut self) -> Result<String, Problem> {
        let mut name = String::new();
        while !self.is("{") {
            name = self.need("`{`")?.text.into();
        }
        self.expect("{")?;
        Ok(name)
    }

    fn constant(&mut self) -> Result<(), Problem> {
        let name = self.need("the name of a constant")?;
        let value = self.number()?;
        self.skip(';');
        self.constants.push((name.text, value));
        Ok(())
    }

    fn skip_block(&mut self) -> Result<(), Problem> {
        self.name()?;
        let mut open = 1;
        while open > 0 {
            match self.need("the end of the block")?.text {
                "{" => open += 1,
                "}" => open -= 1,
                _ => {}
            }
        }
        Ok(())
    }

    fn network(&mut self) -> Result<Network, Problem> {
        let name = self.name()?;
        let mut layers = Vec::new();
        loop {
            let token = self.need("the end of the network")?;
            match token.text {
                "}" => return Ok(Network { name, layers }),
                "Layer" => layers.push(self.layer(token.place)?),
                other => {
                    return Err(token.problem(
                        format!("`{other}` is no layer"),
                        "write Layer NAME { … } or close the network with `}`",
                    ));
                }
            }
        }
    }

    fn layer(&mut self, place: Place) -> Result<NetworkLayer, Problem> {
        let name = self.name()?;
        let mut shape = Shape::new(Operation::Conv);
        loop {
            let token = self.need("the end of the layer")?;
            match token.text {
                "}" => break,
                "Type" => shape.operation = self.operation()?,
                "Stride" => shape.stride = self.stride()?,
                "Dimensions" => self.dimensions(&mut shape)?,
                "Dataflow" => self.inherited = self.dataflow()?,
                other => {
                    return Err(token.problem(
                        format!("`{other}` is no part of a layer"),
                        "a layer has Type, Stride, Dimensions and Dataflow",
                    ));
                }
            }
        }
        Ok(NetworkLayer {
            name,
            place,
            shape,
            directives: self.inherited.clone(),
        })
    }

    fn operation(&mut self) -> Result<Operation, Problem> {
        self.skip(':');
        let token = self.need("the type of a layer")?;
        self.skip(';');
        match token.text {
            "CONV" => Ok(Operation::Conv),
            "DSCONV" => Ok(Operation::Depthwise),
            "NGCONV" => Ok(Operation::Grouped),
            "TRCONV" => Ok(Operation::Transposed),
            "GEMM" => Ok(Operation::Gemm),
            other => Err(token.problem(
                format!("a layer of type `{other}` is unknown"),
                "the types are CONV, DSCONV, NGCONV, TRCONV and GEMM; write a dense layer as a \
                 1×1 CONV",
            )),
        }
    }

    fn stride(&mut self) -> Result<[u32; 2], Problem> {
        let mut stride = [1, 1];
        // Dimensions without a window have nothing to step.
        self.pairs(|dim, value| {
            if let Some((_, axis)) = dim.of_input().filter() {
                stride[axis] = value;
            }
        })?;
        Ok(stride)
    }

    fn dimensions(&mut self, shape: &mut Shape) -> Result<(), Problem> {
        let mut sized = *shape;
        self.pairs(|dim, size| sized = sized.with(dim, size))?;
        *shape = sized;
        Ok(())
    }

    /// `{ D: n, E: m }` with optional colons and commas.
    fn pairs(&mut self, mut take: impl FnMut(Dimension, u32)) -> Result<(), Problem> {
        self.expect("{")?;
        while !self.is("}") {
            let dim = self.dimension()?;
            self.skip(':');
            let value = self.number()?;
            self.skip(',');
            self.skip(';');
            take(dim, value);
        }
        self.expect("}")
    }

    fn dimension(&mut self) -> Result<Dimension, Problem> {
        let token = self.need("a dimension")?;
        Dimension::named(token.text).ok_or_else(|| {
            token.problem(
                format!("`{}` is no dimension", token.text),
                "the dimensions are N G K C R S Y X Y' X' and, for GEMM, M N K",
            )
        })
    }

    fn number(&mut self) -> Result<u32, Problem> {
        let token = self.need("a number")?;
        let constant = self.constants.iter().rev().find(|(n, _)| *n == token.text);
        let value = constant.map_or_else(|| token.text.parse().ok(), |&(_, value)| Some(value));
        value.filter(|&v| v > 0).ok_or_else(|| {
            token.problem(
                format!("`{}` is no positive number", token.text),
                "write a whole number from 1 to 4294967295 or the name of a Constant above",
            )
        })
    }

    fn dataflow(&mut self) -> Result<Directives, Problem> {
        self.expect("{")?;
        let mut directives = Vec::new();
        while !self.is("}") {
            directives.push(self.directive()?);
        }
        self.expect("}")?;
        Ok(directives)
    }

    fn directive(&mut self) -> Result<(Place, Directive), Problem> {
        let token = self.need("a directive")?;
        let directive = match token.text {
            "TemporalMap" => Directive::Temporal(self.map()?),
            "SpatialMap" => Directive::Spatial(self.map()?),
            "Cluster" => Directive::Cluster(self.cluster()?),
            other => {
                return Err(token.problem(
                    format!("`{other}` is no directive"),
                    "the directives are TemporalMap(size, offset) D, SpatialMap(size, offset) D \
                     and Cluster(size, P)",
                ));
            }
        };
        self.skip(';');
        Ok((token.place, directive))
    }

    fn map(&mut self) -> Result<Map, Problem> {
        self.expect("(")?;
        let size = self.extent()?;
        self.skip(',');
        let offset = self.extent()?;
        self.expect(")")?;
        let dim = self.dimension()?;
        Ok(Map { dim, size, offset })
    }

    fn cluster(&mut self) -> Result<Extent, Problem> {
        self.expect("(")?;
        let size = self.extent()?;
        self.skip(',');
        if self.is("P") || self.is("L") {
            self.next += 1;
        }
        self.expect(")")?;
        Ok(size)
    }

    fn extent(&mut self) -> Result<Extent, Problem> {
        if !self.is("Sz") {
            return Ok(Extent::Number(self.number()?));
        }
        self.next += 1;
        self.expect("(")?;
        let dim = self.dimension()?;
        self.expect(")")?;
        Ok(Extent::SizeOf(dim))
    }
}
