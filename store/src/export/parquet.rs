//! Rows as Parquet: columns of a block of rows are gathered and written together.

use super::sheet::{Cell, Column, Kind, Sheet};
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use std::io::{self, Write};
use std::sync::Arc;

/// Rows written together.
const BLOCK: usize = 1 << 16;

pub struct Parquet<W: Write + Send> {
    out: SerializedFileWriter<W>,
    columns: Vec<Gathered>,
    rows: usize,
}

/// The cells of one column since the last block.
struct Gathered {
    cells: Cells,
    /// 1 where there is a value, 0 where there is none.
    levels: Vec<i16>,
}

enum Cells {
    Numbers(Vec<f64>),
    Counts(Vec<i64>),
    Truths(Vec<bool>),
    Texts(Vec<ByteArray>),
}

impl<W: Write + Send> Parquet<W> {
    pub fn new(columns: &[Column], out: W) -> io::Result<Self> {
        let fields = columns.iter().map(field).collect::<Result<_, _>>();
        let schema = fields.and_then(|fields| {
            Type::group_type_builder("evaluations")
                .with_fields(fields)
                .build()
        });
        let schema = Arc::new(schema.map_err(said)?);
        // What wrote a file is no part of it: the same rows are the same bytes.
        let properties = WriterProperties::builder().set_created_by("nasaic".into());
        let out = SerializedFileWriter::new(out, schema, Arc::new(properties.build()));
        Ok(Self {
            out: out.map_err(said)?,
            columns: columns.iter().map(|c| Gathered::new(c.kind)).collect(),
            rows: 0,
        })
    }

    fn block(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.out.next_row_group().map_err(said)?;
        for column in &mut self.columns {
            column.write(&mut group).map_err(said)?;
        }
        group.close().map_err(said)?;
        self.rows = 0;
        Ok(())
    }
}

impl<W: Write + Send> Sheet for Parquet<W> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell);
        }
        self.rows += 1;
        if self.rows == BLOCK {
            self.block()
        } else {
            Ok(())
        }
    }

    fn end(mut self: Box<Self>) -> io::Result<()> {
        self.block()?;
        self.out.close().map(|_| ()).map_err(said)
    }
}

impl Gathered {
    fn new(kind: Kind) -> Self {
        let cells = match kind {
            Kind::Number => Cells::Numbers(Vec::new()),
            Kind::Count => Cells::Counts(Vec::new()),
            Kind::Truth => Cells::Truths(Vec::new()),
            Kind::Text => Cells::Texts(Vec::new()),
        };
        Self {
            cells,
            levels: Vec::new(),
        }
    }

    /// A cell of another kind than its column's counts as missing.
    fn push(&mut self, cell: &Cell) {
        let there = match (&mut self.cells, cell) {
            (Cells::Numbers(all), Cell::Number(x)) => {
                all.push(*x);
                true
            }
            (Cells::Counts(all), Cell::Count(n)) => {
                all.push(*n as i64);
                true
            }
            (Cells::Truths(all), Cell::Truth(b)) => {
                all.push(*b);
                true
            }
            (Cells::Texts(all), Cell::Text(text)) => {
                all.push(text.as_str().into());
                true
            }
            _ => false,
        };
        self.levels.push(i16::from(there));
    }

    fn write<W: Write + Send>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        match &mut self.cells {
            Cells::Numbers(all) => column::<DoubleType, W>(group, all, &self.levels),
            Cells::Counts(all) => column::<Int64Type, W>(group, all, &self.levels),
            Cells::Truths(all) => column::<BoolType, W>(group, all, &self.levels),
            Cells::Texts(all) => column::<ByteArrayType, W>(group, all, &self.levels),
        }?;
        self.levels.clear();
        Ok(())
    }
}

/// Writes the values of a column and forgets them.
fn column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &mut Vec<T::T>,
    levels: &[i16],
) -> Result<(), ParquetError> {
    if let Some(mut writer) = group.next_column()? {
        writer
            .typed::<T>()
            .write_batch(values, Some(levels), None)?;
        writer.close()?;
    }
    values.clear();
    Ok(())
}

fn field(column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Number => (Physical::DOUBLE, None),
        Kind::Count => (Physical::INT64, None),
        Kind::Truth => (Physical::BOOLEAN, None),
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    Type::primitive_type_builder(&column.head(), physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
        .map(Arc::new)
}

fn said(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
